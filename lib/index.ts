export * from './agent';
export * from './audit';
export * from './encryption';
export * from './environment';
export * from './identity';
export * from './network';
