/**
 * What `lib/` loads when it is used: bundled to one file, which `lib/security/analysis.ts` finds. Everything else imports the
 * files of the analysis.
 */
export { refusedAssumption } from './cost/assumptions';
export { estimateDirectory, estimateStacks } from './cost/estimate';
export { costMarkdown } from './cost/markdown';
export { costJson, costText, outside } from './cost/text';
export { checkApp } from './rules/check';
export { RULE_TEXTS } from './rules/index';
export { statementsOfStacks } from './statement/build';
export { STATEMENT_DIRECTORY, writeStatements } from './statement/files';
