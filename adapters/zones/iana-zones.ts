import packed from 'moment-timezone/data/packed/latest.json' with { type: 'json' }
import { packedZones } from './packed-zones.ts'

/** The zone data of this version of Daybook. */
export const ianaZones = packedZones(packed)
