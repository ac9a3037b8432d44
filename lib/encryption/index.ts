export * from './agent-key';
