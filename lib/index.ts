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

/** What stops, bounds and watches agents: `import { … } from 'cdk-bedrock-managed-agents/operations'`. */
export * as operations from './operations';

/** Ready-made agents, and the class that your own extend: `import { … } from 'cdk-bedrock-managed-agents/blueprints'`. */
export * as blueprints from './blueprint';
