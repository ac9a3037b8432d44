import { approveCommand } from './approve';
import { checkCommand } from './check';
import type { Command } from './command';
import { costCommand } from './cost';
import { diffStatementCommand } from './diff-statement';
import { impactCommand } from './impact';
import { newCommand } from './new';
import { reviewCommand } from './review';
import { statementCommand } from './statement';

/** Every command, in the order of `bma --help`. */
export const COMMANDS: readonly Command[] = [
  checkCommand,
  statementCommand,
  diffStatementCommand,
  impactCommand,
  reviewCommand,
  costCommand,
  approveCommand,
  newCommand,
];
