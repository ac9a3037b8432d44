export * from './agent-alarms';
export * from './agent-budget';
export * from './agent-budget-action';
export * from './agent-dashboard';
export * from './agent-kill-switch';
export * from './agent-kill-switch-grants';
