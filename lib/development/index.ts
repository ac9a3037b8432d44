export * from './development-mode';
