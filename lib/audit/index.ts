export * from './agent-audit-trail';
export * from './agent-audit-trail-props';
export * from './audit-alarm';
export * from './audit-trail-grants';
export * from './audit-trail-ref';
