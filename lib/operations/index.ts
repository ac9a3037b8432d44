export * from './agent-alarms';
export * from './agent-dashboard';
export * from './agent-kill-switch';
export * from './agent-kill-switch-grants';
