/** The service BMA lives on; it assumes the session role. */
export const MANTLE_SERVICE_PRINCIPAL = 'bedrock-mantle.amazonaws.com';

/** The service that runs the execution environment; it assumes the execution role. */
export const AGENTCORE_SERVICE_PRINCIPAL = 'bedrock-agentcore.amazonaws.com';
