/** Understands final templates. No constructs, no AWS calls: bundled to one file, which `lib/` loads when it is asked. */
export type * from './model/assembly';
export * from './model/compose-text';
export * from './model/guard';
export type * from './model/model';
export type * from './model/node';
export { printed } from './model/printed-text';
export { readDirectory } from './model/read-directory';
export { assemblyOf, type StackData } from './model/read-stacks';
export { TemplateModel } from './model/template-model';
export type * from './model/text';
