export * from './security-statement';
