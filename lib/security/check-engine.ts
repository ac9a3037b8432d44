/** What a pack needs once it is made; see ManagedAgentChecks for why it is not loaded before. */
export { checkTemplates } from './check-report';
export { RULES } from './rules';
export { readConstructTree, stacksBelow } from './construct-tree';
