export * from './agent-model';
export * from './agent-tool';
export * from './agent-workflow';
export * from './managed-agent';
export * from './managed-agent-base';
export * from './managed-agent-grants';
export * from './managed-agent-props';
export { type TurnTaskProps } from './turn-task';
