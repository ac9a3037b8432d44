/** Made by scripts/sarif-validator.mjs when the handlers are bundled. */
declare module 'compiled:sarif-profile' {
  interface SchemaError {
    readonly instancePath: string;
    readonly keyword: string;
    readonly params: { readonly missingProperty?: string };
  }
  const validate: {
    (log: unknown): boolean;
    readonly errors?: readonly SchemaError[] | null;
  };
  export default validate;
}
