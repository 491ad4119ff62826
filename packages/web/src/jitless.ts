/**
 * Imported before any schema: zod would compile its parsers with `new Function`, which the page's content security
 * policy forbids and browsers report.
 * @module
 */
import { config } from "zod";

config({ jitless: true });
