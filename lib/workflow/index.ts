export * from './turn-approval';
export * from './turn-step';
export * from './turn-workflow';
export * from './turn-workflow-grants';
export * from './turn-workflow-props';
