export { CodeHost, type GitHubCodeHostProps } from './code-host';
export * from './fork-policy';
export * from './pull-request-reviewer';
