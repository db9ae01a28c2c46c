// The one script that brings `<intake-check>` into a page.

import { IntakeCheck } from './element.js';

if (!customElements.get('intake-check')) customElements.define('intake-check', IntakeCheck);
