// SPDX-License-Identifier: Apache-2.0

/// The look of the page: one style sheet, its colours from ``Palette``.
enum Stylesheet {
  /// All rules as a style element.
  static let markup = Markup.style(
    ":root{\(variables(of: .light))}" + ramps(of: .light) + rules
      + "@media screen and (prefers-color-scheme:dark){:root{\(variables(of: .dark))}"
      + ramps(of: .dark) + "}" + print)

  /// The rules of a drawing that stands alone, in light and dark.
  static let image = Markup.style(
    ":root{\(variables(of: .light))}" + ramps(of: .light) + drawing + ".ground{fill:var(--paper)}"
      + "@media (prefers-color-scheme:dark){:root{\(variables(of: .dark))}\(ramps(of: .dark))}")

  private static func variables(of palette: Palette) -> String {
    let named = [
      ("paper", palette.paper), ("panel", palette.panel), ("ink", palette.ink),
      ("muted", palette.muted), ("accent", palette.accent), ("rule", palette.rule),
      ("missing", palette.missing),
    ]
    return named.map { "--\($0.0):\($0.1.hexadecimal);" }.joined()
      + palette.categories.enumerated().map { "--s\($0.offset):\($0.element.hexadecimal);" }
      .joined()
  }

  /// A class for each step of both ramps: its colour, and the ink that is read best on it.
  private static func ramps(of palette: Palette) -> String {
    func steps(_ prefix: String, _ colors: [Color]) -> String {
      colors.enumerated().map { index, color in
        ".\(prefix)\(index){--c:\(color.hexadecimal);--k:\(color.ink.hexadecimal)}"
      }.joined()
    }
    return steps("q", palette.sequential) + steps("d", palette.diverging)
      + ".qn{--c:\(palette.missing.hexadecimal);--k:\(palette.missing.ink.hexadecimal)}"
  }

  /// What drawings are made with, on the page and alone.
  private static let drawing = """
    svg{display:block;max-width:100%;height:auto;overflow:visible}
    svg text{font-family:-apple-system,"Segoe UI",Roboto,Inter,"Noto Sans",
    "Liberation Sans",Arial,system-ui,sans-serif}
    .t{font-size:12px;fill:var(--muted);font-variant-numeric:tabular-nums}
    .l{font-size:13px;fill:var(--muted)}
    .ink{fill:var(--ink)}
    .in{font-size:11px;fill:var(--k)}
    .g{stroke:var(--rule);stroke-width:1}
    .ax{stroke:var(--muted);stroke-width:1}
    .frame{fill:none;stroke:var(--rule)}
    .c{fill:var(--c)}
    .cell{shape-rendering:crispEdges}
    .ln{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    .dashed{stroke-dasharray:7 4}
    .bd{fill:var(--c);opacity:.17}
    .pt{fill:var(--c)}
    .dot{stroke:var(--paper);stroke-width:1}
    circle.dot.c{stroke:var(--muted);stroke-width:.6}
    .base{stroke:var(--ink);stroke-width:1.25;stroke-dasharray:2 4;stroke-linecap:round;opacity:.75}
    .lead{fill:none}
    line.lead{stroke:var(--c,var(--ink));stroke-width:1;opacity:.7;stroke-dasharray:none}
    .whisker{stroke:var(--ink);stroke-width:1.25}
        .node{fill:var(--panel);stroke:var(--muted);rx:6px}
    .edge{fill:none;stroke:var(--c);opacity:.65;stroke-width:.75}
    .w1{stroke-width:1.2}.w2{stroke-width:2}.w3{stroke-width:3}.w4{stroke-width:4}
    .w5{stroke-width:5}
    .s0,.dp{--c:var(--s0)}.s1,.dm{--c:var(--s1)}.s2{--c:var(--s2)}.s3{--c:var(--s3)}
    .s4{--c:var(--s4)}.s5{--c:var(--s5)}.s6{--c:var(--s6)}.s7{--c:var(--s7)}
    """

  /// All rules of the page, for all media.
  private static let rules = reading + drawing + surroundings

  /// How words are set.
  private static let reading = """
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1.5rem}
    body{margin:0;background:var(--paper);color:var(--ink);
    font:1.0625rem/1.6 -apple-system,"Segoe UI",Roboto,Inter,"Noto Sans",
    "Liberation Sans",Arial,system-ui,sans-serif;
    font-variant-numeric:lining-nums;overflow-wrap:break-word}
    main,.opening,nav{max-width:46rem;margin:0 auto}
    main{padding:0 1.5rem 4rem}
    h1,h2,h3,.lead,.summary,.intro,.value{font-family:"Iowan Old Style","Palatino Linotype",
    Palatino,"Source Serif 4",Charter,Georgia,"Liberation Serif",serif;text-wrap:pretty}
    h1{font-size:clamp(2rem,1.3rem + 3.4vw,3.1rem);line-height:1.12;letter-spacing:-.015em;
    font-weight:600;margin:.35rem 0 .4rem}
    h2{font-size:clamp(1.5rem,1.2rem + 1.4vw,2rem);line-height:1.2;font-weight:600;
    margin:0 0 .8rem;letter-spacing:-.01em}
    h3{font-size:1.35rem;line-height:1.25;font-weight:600;margin:0 0 .5rem}
    h4{font-size:.9rem;font-weight:600;margin:0;color:var(--muted)}
    a{color:var(--accent);text-decoration-thickness:.06em;text-underline-offset:.16em}
    a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--accent);
    outline-offset:3px;border-radius:3px}
    code,pre,.strip{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,
    "DejaVu Sans Mono",monospace}
    code{font-size:.875em;overflow-wrap:anywhere}
    .over{margin:0;font-size:.8125rem;font-weight:600;letter-spacing:.09em;
    text-transform:uppercase;color:var(--muted)}
    .opening{padding:4.5rem 1.5rem 1rem}
    .subject{font-size:1.25rem;color:var(--muted);margin:0 0 2rem;overflow-wrap:anywhere}
    .lead{font-size:1.25rem;line-height:1.55;margin:0 0 1rem}
    .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(11.5rem,1fr));
    gap:0 2rem;margin:2.5rem 0 0;border-top:1px solid var(--rule)}
    .facts div{border-bottom:1px solid var(--rule);padding:.7rem 0 .75rem}
    .facts dt{font-size:.8125rem;color:var(--muted)}
    .facts dd{margin:.1rem 0 0;font-weight:500;overflow-wrap:anywhere}
    .glance{margin:3rem 0 0}
    .glance h2{font-size:1.35rem}
    .glance ul{list-style:none;padding:0;margin:0}
    .glance li{padding:.75rem 0;border-top:1px solid var(--rule)}
    .glance li a{font-weight:600;margin-right:.35rem}
    nav{padding:2rem 1.5rem 0;font-size:.9375rem}
    nav ol{list-style:none;padding:0;margin:.4rem 0 0}
    nav ol ol{margin:.1rem 0 .6rem 1.35rem;font-size:.875rem}
    nav li{margin:.3rem 0}
    nav a{color:var(--ink);text-decoration:none}
    nav ol ol a{color:var(--muted)}
    nav a:hover{text-decoration:underline}
    .no{display:inline-block;min-width:1.35rem;color:var(--muted);font-weight:400}
    .chapter{padding-top:4.5rem}
    .chapter>h2{border-top:2px solid var(--ink);padding-top:1rem}
    .chapter>h2 .no{min-width:0;margin-right:.7rem}
    .intro{font-size:1.125rem;margin:0 0 1rem}
    article{padding-top:2.5rem}
    .summary{font-size:1.1875rem;line-height:1.5;margin:0 0 1.5rem}
    figure{margin:2rem 0 2.5rem}
    figcaption{font-size:.9375rem;line-height:1.5;color:var(--muted);margin-top:.8rem;
    text-wrap:pretty}
    figcaption b,figcaption strong{color:var(--ink);font-weight:600}
    .small{font-size:.875rem;line-height:1.45;color:var(--muted);margin:.5rem 0 0}
    .empty{padding:2rem 1rem;text-align:center;color:var(--muted);background:var(--panel);
    border-radius:6px;margin:0}
    """

  /// What stands around drawings, and how the page fits its reader's.
  private static let surroundings = """
    .narrow{display:none}
    .legend{list-style:none;display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;padding:0;
    margin:0 0 .6rem;font-size:.875rem}
    .legend.narrow{display:none}
    .legend li{display:flex;align-items:center;gap:.45rem;min-width:0;overflow-wrap:anywhere}
    .sw{display:inline-block;flex:none;width:1.1rem;height:.75rem;background:var(--c)}
    .sw.line{height:.2rem;border-radius:2px}
    .sw.dash{height:0;background:none;border-top:2px dotted var(--ink)}
    .scale{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:center;margin:0 0 .8rem;
    font-size:.875rem}
    .ramp{display:flex;align-items:center;gap:.5rem;font-variant-numeric:tabular-nums;
    color:var(--muted)}
    .ramp svg{width:10rem;height:.75rem;border-radius:2px;overflow:hidden;
    outline:1px solid var(--rule)}
    .panels{list-style:none;padding:0;margin:0;display:grid;gap:1rem;
    grid-template-columns:repeat(auto-fill,minmax(8.25rem,1fr))}
    .panels svg{width:100%}
    .panel-label{display:block;font-size:.8125rem;color:var(--muted);margin-bottom:.25rem;
    overflow-wrap:anywhere}
    .panel-axes{margin:0 0 .6rem;font-size:.8125rem;color:var(--muted)}
    .strip{margin:0;font-size:.9375rem;line-height:2;overflow-wrap:anywhere}
    .tok{background:var(--c);color:var(--k);padding:.22em .12em;border-radius:2px;
    unicode-bidi:isolate;-webkit-box-decoration-break:clone;box-decoration-break:clone;
    margin-right:1px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
    .tok i{font-style:normal;opacity:.55}
    .tok.q-{background:none;color:var(--ink);box-shadow:inset 0 0 0 1px var(--rule)}
    .numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,14rem),1fr));
    gap:1px;background:var(--rule);border:1px solid var(--rule);border-radius:8px;overflow:hidden;
    margin:1.5rem 0 2rem}
    .number{background:var(--paper);padding:1.1rem 1.25rem 1.2rem}
    .value{font-size:2.25rem;line-height:1.15;margin:.3rem 0 .2rem;letter-spacing:-.01em}
    .unit{font-size:1.125rem;color:var(--muted);letter-spacing:0}
    .details{font-size:.875rem;color:var(--muted);margin:0 0 .5rem}
    .number svg{margin:.8rem 0 .5rem}
    .pale{fill:var(--muted);opacity:.45}
    .scroll{overflow-x:auto;max-width:100%;
    background:linear-gradient(to right,var(--paper) 40%,transparent) 0 0/2rem 100% no-repeat local,
    linear-gradient(to left,var(--paper) 40%,transparent) 100% 0/2rem 100% no-repeat local,
    linear-gradient(to right,var(--rule),transparent) 0 0/.6rem 100% no-repeat scroll,
    linear-gradient(to left,var(--rule),transparent) 100% 0/.6rem 100% no-repeat scroll}
    .graph .scroll svg{max-width:none}
    table{border-collapse:collapse;font-size:.9375rem;line-height:1.4;
    font-variant-numeric:tabular-nums lining-nums}
    th{font-size:.8125rem;font-weight:600;color:var(--muted);text-align:left;vertical-align:bottom;
    border-bottom:1.5px solid var(--ink)}
    th,td{padding:.45rem .9rem .45rem 0}
    th:last-child,td:last-child{padding-right:0}
    td{border-bottom:1px solid var(--rule);vertical-align:top;max-width:24rem;
    overflow-wrap:break-word}
    .n{text-align:right;white-space:nowrap}
    .none{color:var(--muted)}
    .b{width:72px;padding-right:.6rem;vertical-align:middle}.b svg{max-width:none}
    .nw{white-space:nowrap}
    pre{font-size:.875rem;line-height:1.55;background:var(--panel);border-radius:6px;
    padding:1rem 1.1rem;margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
    details{font-size:.9375rem}
    summary{cursor:pointer;color:var(--muted);font-size:.875rem;padding:.35rem 0;width:fit-content}
    summary:hover{color:var(--ink)}
    .hint{margin:0 0 .4rem;font-size:.8125rem;color:var(--muted);text-align:right}
    .rows{margin-top:.5rem}
    .data{margin-top:.4rem}
    .data table,.method dl{font-size:.8125rem}
    .data .scroll{max-height:24rem;overflow:auto}
    .method{border-top:1px solid var(--rule);padding-top:.35rem}
    .method dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3rem 1.2rem;
    margin:.4rem 0 0}
    .method dt{color:var(--muted)}
    .method dd{margin:0;overflow-wrap:anywhere}
    footer{margin-top:5rem;border-top:1px solid var(--rule);font-size:.875rem;color:var(--muted)}
    @media (min-width:72rem){
    body{display:grid;grid-template-columns:minmax(13rem,1fr) minmax(0,46rem) minmax(2rem,1fr)}
    nav{position:sticky;top:0;max-height:100vh;overflow-y:auto;align-self:start;
    grid-column:1;grid-row:1/span 2;justify-self:end;width:16rem;padding:5rem 1rem 2rem 2rem;
    margin:0}
    .opening{grid-column:2;grid-row:1;margin:0;width:100%}
    main{grid-column:2;grid-row:2;margin:0;width:100%}}
    @media (max-width:40rem){
    body{font-size:1rem}
    main,nav,.opening{padding-left:1.1rem;padding-right:1.1rem}
    .opening{padding-top:2rem}
    .chapter{padding-top:3.5rem}
    .lead{font-size:1.125rem}.summary{font-size:1.125rem}
    .wide{display:none}.narrow{display:block}.legend.narrow{display:flex}
    .facts{grid-template-columns:1fr 1fr;gap:0 1.25rem}
    .panels{grid-template-columns:repeat(auto-fill,minmax(6.75rem,1fr));gap:.8rem}
    .method dl{grid-template-columns:1fr;gap:0}.method dd{margin-bottom:.5rem}}
    """

  private static let print = """
    @media print{
    @page{margin:18mm 16mm}
    html{font-size:10pt}
    body{display:block}
    *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
    main,nav,.opening{max-width:none;padding:0}
    nav{position:static;width:auto;max-height:none;padding:1.5rem 0 0}
    .chapter{break-before:page;padding-top:0}
    .wide{display:block}.narrow,.legend.narrow{display:none}
    figure,.number,article>h3,tr{break-inside:avoid}
    h2,h3,.summary{break-after:avoid}
    .scroll{overflow:visible;max-height:none;background:none}
    table{font-size:8.5pt}
    .hint,details:not([open]):not(.rows){display:none}
    .rows::details-content{content-visibility:visible;display:block;height:auto}
    @supports selector(::details-content){.first-rows,.rows>summary{display:none}}
    a{color:inherit;text-decoration:none}
    .tokens,.table{break-inside:auto}}
    """
}
