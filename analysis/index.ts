/** Understands final templates. No constructs, no AWS calls: bundled to one file, which `lib/` loads when it is asked. */
export { monthlyUsd, turnUsd } from './cost/amounts';
export { type Assumed, type RefusedAssumption, refusedAssumption } from './cost/assumptions';
export { estimate, estimateDirectory, estimateStacks, rootStacks } from './cost/estimate';
export { costMarkdown } from './cost/markdown';
export type { CostEntry, CostRecord } from './cost/record';
export { costJson, costText, outside } from './cost/text';
export type * from './model/assembly';
export * from './model/compose-text';
export { concreteValue } from './model/concrete-value';
export { inPlace, LOGICAL_ID_NAMES, type DeploymentPlace, type Naming } from './model/deployed';
export * from './model/guard';
export * from './model/machine-paths';
export type * from './model/model';
export type * from './model/node';
export { printed } from './model/printed-text';
export { readDirectory } from './model/read-directory';
export { assemblyOf, type StackData } from './model/read-stacks';
export * from './model/state-call';
export * from './model/state-machine';
export * from './model/turn-steps';
export { TemplateModel } from './model/template-model';
export type * from './model/text';
export { actionsOf, type NamedAction, type Use, usesOf } from './policy/actions';
export { contextOf, type RequestContext } from './policy/condition';
export * from './policy/evaluate';
export * from './policy/limits';
export { hasWildcard, overlap, subset, type Verdict } from './policy/pattern';
export { accountOf, type Caller, type Request } from './policy/request';
export { readPolicy, type Condition, type Principal, type Selection, type Statement } from './policy/statement';
export { identities, type Identities, type Identity } from './model/identities';
export { resourcePolicies, type ResourcePolicy } from './model/resource-policies';
export { runsAs, type RunsAs } from './model/runs-as';
export { edgesOf, type NetworkEdge } from './network/edges';
export { exits, networkOf, type Network } from './network/network';
export {
  type Agent,
  agents,
  COMPUTE_KINDS,
  type ComputeKind,
  namesService,
  sessionRoles,
  statementsFor,
  trusts,
} from './model/agents';
export * from './model/edge';
export { governanceOf, type GovernanceReason } from './model/governance';
export { type Path, reach, type Reach } from './model/reach';
export { checkApp, type CheckResult, checkStacks, type CheckStacksRequest } from './rules/check';
export type { Decision } from './rules/decisions';
export type * from './rules/finding';
export { RULE_TEXTS } from './rules/index';
export * from './rules/rule';
export { statementsOf, statementsOfStacks } from './statement/build';
export { diffStatements, type StatementDiff } from './statement/diff';
export { diffMarkdown, diffText } from './statement/diff-markdown';
export { STATEMENT_DIRECTORY, statementJson, writeStatements } from './statement/files';
export { statementHtml } from './statement/html';
export { statementMarkdown } from './statement/markdown';
export { STATEMENT_FORMAT, type Statement as SecurityStatementRecord } from './statement/statement';
export { shortStatement, type StatementStyle } from './statement/terminal';
