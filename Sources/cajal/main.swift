// SPDX-License-Identifier: Apache-2.0
import CajalCommands

CommandLineProgram.main()
