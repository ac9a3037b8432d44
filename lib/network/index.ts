export * from './agent-network';
export * from './agent-network-props';
export * from './egress';
export * from './network-service';
export { AgentNetworkZones } from './zones';
