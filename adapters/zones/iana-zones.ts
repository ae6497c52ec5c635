import packed from 'moment-timezone/data/packed/latest.json' with { type: 'json' }
import { packedZones } from './packed-zones.ts'

/** The zone data that this version of Daybook comes with. */
export const ianaZones = packedZones(packed)
