export * from './agent-blueprint';
export * from './agent-blueprint-props';
export * from './security-auditor/security-auditor';
export * from './security-auditor/security-auditor-props';
export * from './security-auditor/security-hub-import';
