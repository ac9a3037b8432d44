export * from './turn-approval';
export * from './turn-step';
export * from './turn-task';
export * from './turn-workflow';
export * from './turn-workflow-grants';
export * from './turn-workflow-metrics';
export * from './turn-workflow-props';
export * from './turn-workflow-ref';
