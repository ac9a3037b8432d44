export * from './agent';
export * from './audit';
export * from './baseline';
export * from './cost';
export * from './development';
export * from './encryption';
export * from './environment';
export * from './guardrail';
export * from './identity';
export * from './network';
export * from './security';
export * from './trigger';
export * from './workflow';

/** Constructs that stop, limit and monitor agents: `import { … } from 'cdk-bedrock-managed-agents/operations'`. */
export * as operations from './operations';

/** Blueprints, and the class to extend for your own: `import { … } from 'cdk-bedrock-managed-agents/blueprints'`. */
export * as blueprints from './blueprint';
