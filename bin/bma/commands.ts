import { agentsCommand } from './agents';
import { approveCommand } from './approve';
import { cancelCommand } from './cancel';
import { checkCommand } from './check';
import type { Command } from './command';
import { costCommand } from './cost';
import { diffStatementCommand } from './diff-statement';
import { doctorCommand } from './doctor';
import { impactCommand } from './impact';
import { killCommand } from './kill';
import { newCommand } from './new';
import { probeCommand } from './probe';
import { reviewCommand } from './review';
import { replayCommand } from './replay';
import { releaseCommand } from './release';
import { runCommand } from './run';
import { showCommand } from './show';
import { statementCommand } from './statement';
import { tailCommand } from './tail';
import { turnsCommand } from './turns';
import { verifyCommand } from './verify';

/** Every command, in the order of `bma --help`. */
export const COMMANDS: readonly Command[] = [
  doctorCommand,
  checkCommand,
  statementCommand,
  diffStatementCommand,
  impactCommand,
  reviewCommand,
  costCommand,
  agentsCommand,
  runCommand,
  turnsCommand,
  tailCommand,
  showCommand,
  approveCommand,
  cancelCommand,
  replayCommand,
  killCommand,
  releaseCommand,
  verifyCommand,
  probeCommand,
  newCommand,
];
