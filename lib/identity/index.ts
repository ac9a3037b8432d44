export * from './agent-project';
