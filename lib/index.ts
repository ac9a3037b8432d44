export * from './agent';
export * from './audit';
export * from './encryption';
export * from './environment';
export * from './guardrail';
export * from './identity';
export * from './network';
export * from './workflow';
