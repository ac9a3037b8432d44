export * from './agent-blueprint';
export * from './agent-blueprint-props';
