// See jest.config.js: the suite in test/examples/validation.test.ts sets this back for every example.
process.env.CDK_VALIDATION = process.env.CDK_VALIDATION ?? 'false';
