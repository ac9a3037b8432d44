/** Key in the `Metadata` of a template whose stack was created in development mode. Rule MA-DEV1 reports it. */
export const DEVELOPMENT_MODE_KEY = 'AgentDevelopmentMode';
