/** The service of BMA, which assumes the session role. */
export const MANTLE_SERVICE_PRINCIPAL = 'bedrock-mantle.amazonaws.com';

/** The service of the execution environment, which assumes the execution role. */
export const AGENTCORE_SERVICE_PRINCIPAL = 'bedrock-agentcore.amazonaws.com';
