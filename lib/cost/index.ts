export * from './cost-assumptions';
export * from './cost-line';
export { MonthlyCostEstimate } from './monthly-cost-estimate';
