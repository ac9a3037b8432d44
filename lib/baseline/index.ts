export * from './agent-baseline';
export * from './agent-baseline-ref';
