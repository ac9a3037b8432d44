export * from './agent-environment';
export * from './agent-image';
export * from './agent-skill';
export * from './agentcore-environment';
export * from './agentcore-environment-props';
export * from './runtime-platform-version';
export * from './session-storage';
