export * from './agent-project';
export * from './agent-project-metrics';
