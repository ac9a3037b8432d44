export * from './code-host';
export * from './fork-policy';
export * from './github-code-host-options';
export * from './pull-request-reviewer';
export * from './review-gate';
export * from './review-policy';
