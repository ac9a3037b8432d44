export * from './managed-agent-checks';
export * from './managed-agent-checks-props';
