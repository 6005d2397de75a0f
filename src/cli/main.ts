#!/usr/bin/env node
/** The entry of the command line. */
import { zkcx } from './zkcx.ts';

process.exitCode = await zkcx(process.argv.slice(2));
