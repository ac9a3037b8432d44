// See jest.config.js: the suite in test/examples/validation.test.ts sets this back for every example.
process.env.CDK_VALIDATION = process.env.CDK_VALIDATION ?? 'false';
// Stack traces of constructs are in no assertion, and cost a tenth of the time.
process.env.CDK_DISABLE_STACK_TRACE = process.env.CDK_DISABLE_STACK_TRACE ?? '1';
