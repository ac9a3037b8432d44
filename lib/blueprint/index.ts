export * from './agent-blueprint';
export * from './agent-blueprint-props';
export * from './pull-request-reviewer';
