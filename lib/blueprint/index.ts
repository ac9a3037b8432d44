export * from './agent-blueprint';
export * from './agent-blueprint-props';
export * from './incident-responder/incident-responder';
export * from './incident-responder/incident-responder-props';
export * from './incident-responder/ops-center';
export * from './incident-responder/resume-event';
