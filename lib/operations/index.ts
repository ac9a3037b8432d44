export * from './agent-kill-switch';
export * from './agent-kill-switch-grants';
