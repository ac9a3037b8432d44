export * from './agent-key';
export * from './object-lock';
