export { CodeHost, type GitHubCodeHostOptions } from './code-host';
export * from './fork-policy';
export * from './pull-request-reviewer';
