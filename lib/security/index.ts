export * from './declaration';
export * from './declarations';
export * from './managed-agent-checks';
export * from './managed-agent-checks-props';
export * from './security-statement';
