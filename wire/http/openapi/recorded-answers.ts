/**
 * What both services answer to the requests that the documents give as examples. Written by a test:
 * npm test -- test/http/openapi-examples --update
 */
type RecordedAnswers = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>

export const RECORDED_ANSWERS: RecordedAnswers = {
  "registerMerchant": {
    "200": {
      "usual": {
        "merchantId": "corner-shop",
        "name": "Corner Shop",
        "currency": "BRL",
        "timeZone": "America/Sao_Paulo",
        "dayStartsAt": "00:00",
        "lateEntries": "nextOpenDay",
        "zoneData": "2026f",
        "calendar": [
          {
            "from": null,
            "timeZone": "America/Sao_Paulo",
            "dayStartsAt": "00:00",
            "zoneData": "2026f"
          }
        ]
      }
    },
    "201": {
      "usual": {
        "merchantId": "corner-shop",
        "name": "Corner Shop",
        "currency": "BRL",
        "timeZone": "America/Sao_Paulo",
        "dayStartsAt": "00:00",
        "lateEntries": "nextOpenDay",
        "zoneData": "2026f",
        "calendar": [
          {
            "from": null,
            "timeZone": "America/Sao_Paulo",
            "dayStartsAt": "00:00",
            "zoneData": "2026f"
          }
        ]
      }
    },
    "422": {
      "usual": {
        "type": "/docs/problems#invalid",
        "title": "Some fields are not valid",
        "status": 422,
        "code": "invalid",
        "detail": "The merchant is not valid.",
        "requestId": "5f0c8d0e-6f0a-4a53-9b1e-0d3f0b1f6a77",
        "errors": [
          {
            "pointer": "/timeZone",
            "code": "not-a-time-zone",
            "detail": "must be a zone or link of the IANA database, such as America/Sao_Paulo, and not an abbreviation or an offset"
          }
        ]
      }
    }
  },
  "changeMerchant": {
    "200": {
      "usual": {
        "merchantId": "corner-shop",
        "name": "Corner Shop",
        "currency": "BRL",
        "timeZone": "America/Sao_Paulo",
        "dayStartsAt": "00:00",
        "lateEntries": "nextOpenDay",
        "zoneData": "2026f",
        "calendar": [
          {
            "from": null,
            "timeZone": "America/Sao_Paulo",
            "dayStartsAt": "00:00",
            "zoneData": "2026f"
          }
        ]
      }
    },
    "422": {
      "usual": {
        "type": "/docs/problems#invalid",
        "title": "Some fields are not valid",
        "status": 422,
        "code": "invalid",
        "detail": "The change is not valid.",
        "requestId": "5f0c8d0e-6f0a-4a53-9b1e-0d3f0b1f6a77",
        "errors": [
          {
            "pointer": "/dayStartsAt",
            "code": "not-a-time-of-day",
            "detail": "must be HH:MM, from 00:00 to 23:59"
          }
        ]
      }
    }
  },
  "sendEntry": {
    "202": {
      "usual": {
        "entryId": "sale-0001",
        "merchantId": "corner-shop",
        "businessDay": "2026-11-20",
        "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0"
      }
    },
    "422": {
      "usual": {
        "type": "/docs/problems#invalid",
        "title": "Some fields are not valid",
        "status": 422,
        "code": "invalid",
        "detail": "The entry is not valid.",
        "requestId": "5f0c8d0e-6f0a-4a53-9b1e-0d3f0b1f6a77",
        "errors": [
          {
            "pointer": "/amount",
            "code": "out-of-range",
            "detail": "must be at least 1; the direction says whether money comes in or goes out"
          }
        ]
      }
    }
  },
  "sendBatch": {
    "202": {
      "usual": {
        "accepted": 2,
        "rejected": 0,
        "results": [
          {
            "index": 0,
            "entryId": "sale-0001",
            "status": "accepted",
            "businessDay": "2026-11-20",
            "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQw.0"
          },
          {
            "index": 1,
            "entryId": "refund-0001",
            "status": "accepted",
            "businessDay": "2026-11-20",
            "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQw.1"
          }
        ]
      }
    },
    "207": {
      "usual": {
        "accepted": 1,
        "rejected": 1,
        "results": [
          {
            "index": 0,
            "entryId": "sale-0001",
            "status": "accepted",
            "businessDay": "2026-11-20",
            "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQx.0"
          },
          {
            "index": 1,
            "entryId": "refund-0001",
            "status": "rejected",
            "problem": {
              "type": "/docs/problems#invalid",
              "title": "Some fields are not valid",
              "status": 422,
              "code": "invalid",
              "detail": "The entry is not valid.",
              "errors": [
                {
                  "pointer": "/amount",
                  "code": "out-of-range",
                  "detail": "must be at least 1; the direction says whether money comes in or goes out"
                }
              ]
            }
          }
        ]
      }
    },
    "422": {
      "usual": {
        "type": "/docs/problems#nothing-accepted",
        "title": "None of the entries was accepted",
        "status": 422,
        "code": "nothing-accepted",
        "detail": "The results say what is wrong with each entry.",
        "requestId": "5f0c8d0e-6f0a-4a53-9b1e-0d3f0b1f6a77",
        "accepted": 0,
        "rejected": 1,
        "results": [
          {
            "index": 0,
            "entryId": "refund-0001",
            "status": "rejected",
            "problem": {
              "type": "/docs/problems#invalid",
              "title": "Some fields are not valid",
              "status": 422,
              "code": "invalid",
              "detail": "The entry is not valid.",
              "errors": [
                {
                  "pointer": "/amount",
                  "code": "out-of-range",
                  "detail": "must be at least 1; the direction says whether money comes in or goes out"
                }
              ]
            }
          }
        ]
      },
      "empty": {
        "type": "/docs/problems#invalid",
        "title": "Some fields are not valid",
        "status": 422,
        "code": "invalid",
        "detail": "The batch is not valid.",
        "requestId": "5f0c8d0e-6f0a-4a53-9b1e-0d3f0b1f6a77",
        "errors": [
          {
            "pointer": "/entries",
            "code": "out-of-range",
            "detail": "must hold 1 to 500 entries"
          }
        ]
      }
    }
  },
  "streamEntries": {
    "200": {
      "accepted": "{\"from\":1,\"to\":2,\"accepted\":2,\"position\":\"2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQy.1\",\"businessDays\":[\"2026-11-20\"]}\n{\"done\":true,\"accepted\":2,\"rejected\":0}\n",
      "refused": "{\"from\":1,\"to\":1,\"accepted\":1,\"position\":\"2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQz.0\",\"businessDays\":[\"2026-11-20\"]}\n{\"line\":2,\"status\":\"rejected\",\"problem\":{\"type\":\"/docs/problems#invalid\",\"title\":\"Some fields are not valid\",\"status\":422,\"code\":\"invalid\",\"detail\":\"The entry is not valid.\",\"errors\":[{\"pointer\":\"/amount\",\"code\":\"out-of-range\",\"detail\":\"must be at least 1; the direction says whether money comes in or goes out\"}]}}\n{\"done\":true,\"accepted\":1,\"rejected\":1}\n"
    }
  },
  "replayQuarantined": {
    "202": {
      "usual": {
        "quarantineId": "WyJjb3JuZXItc2hvcCIsIjIwMjYtMTEtMjAjc2FsZS0wMDAxI2E1ZjA3N2NlYmFhMDBkZWMwMTE4MzU4YzI2ZDBmZTk3MzVhYWI2ZWE5ODdmZmE4ZDA2M2Q0ZTY2ZDc5MzM5YTAiXQ",
        "status": "replayed",
        "by": "ana",
        "at": "2026-11-20T15:00:00.000Z",
        "merchantId": "corner-shop",
        "entryId": "sale-0001-b",
        "businessDay": "2026-11-20",
        "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQ0.0"
      }
    },
    "422": {
      "usual": {
        "type": "/docs/problems#invalid",
        "title": "Some fields are not valid",
        "status": 422,
        "code": "invalid",
        "detail": "The replay is not valid.",
        "requestId": "5f0c8d0e-6f0a-4a53-9b1e-0d3f0b1f6a77",
        "errors": [
          {
            "pointer": "/entry/amount",
            "code": "out-of-range",
            "detail": "must be at least 1; the direction says whether money comes in or goes out"
          }
        ]
      }
    }
  },
  "discardQuarantined": {
    "200": {
      "usual": {
        "quarantineId": "WyJjb3JuZXItc2hvcCIsIjIwMjYtMTEtMjAjc2FsZS0wMDAxI2VhMmJhYzU3MWRmODBjMjA5ZGJhZGFjYzI1NWViODE2NTZlMGVjZDRkZDJjMmY4ZDZmNjFhZTBkN2FjYWMzMGIiXQ",
        "status": "discarded",
        "by": "ana",
        "at": "2026-11-20T15:00:00.000Z",
        "reason": "Sent by a till in test mode."
      }
    },
    "422": {
      "usual": {
        "type": "/docs/problems#invalid",
        "title": "Some fields are not valid",
        "status": 422,
        "code": "invalid",
        "detail": "The discard is not valid.",
        "requestId": "5f0c8d0e-6f0a-4a53-9b1e-0d3f0b1f6a77",
        "errors": [
          {
            "pointer": "/reason",
            "code": "empty",
            "detail": "must not be empty"
          }
        ]
      }
    }
  },
  "closeDays": {
    "200": {
      "usual": {
        "merchantId": "corner-shop",
        "through": "2026-11-20",
        "status": "closed",
        "closedThrough": "2026-11-20",
        "days": [
          {
            "businessDay": "2026-11-20",
            "status": "closed",
            "version": 1,
            "closing": 750
          }
        ]
      }
    },
    "202": {
      "usual": {
        "merchantId": "corner-shop",
        "through": "2026-11-20",
        "status": "closing",
        "closedThrough": null,
        "days": [
          {
            "businessDay": "2026-11-20",
            "status": "waiting"
          }
        ]
      }
    },
    "422": {
      "usual": {
        "type": "/docs/problems#invalid",
        "title": "Some fields are not valid",
        "status": 422,
        "code": "invalid",
        "detail": "The day has not begun.",
        "requestId": "5f0c8d0e-6f0a-4a53-9b1e-0d3f0b1f6a77",
        "errors": [
          {
            "pointer": "/day",
            "code": "not-begun",
            "detail": "must not be after 2026-11-21, the merchant's business day"
          }
        ]
      }
    }
  },
  "listMerchants": {
    "200": {
      "usual": {
        "data": [
          {
            "merchantId": "corner-shop",
            "name": "Corner Shop",
            "currency": "BRL",
            "timeZone": "America/Sao_Paulo",
            "dayStartsAt": "00:00",
            "lateEntries": "nextOpenDay",
            "zoneData": "2026f",
            "calendar": [
              {
                "from": null,
                "timeZone": "America/Sao_Paulo",
                "dayStartsAt": "00:00",
                "zoneData": "2026f"
              }
            ]
          }
        ],
        "nextCursor": null
      }
    }
  },
  "readMerchant": {
    "200": {
      "usual": {
        "merchantId": "corner-shop",
        "name": "Corner Shop",
        "currency": "BRL",
        "timeZone": "America/Sao_Paulo",
        "dayStartsAt": "00:00",
        "lateEntries": "nextOpenDay",
        "zoneData": "2026f",
        "calendar": [
          {
            "from": null,
            "timeZone": "America/Sao_Paulo",
            "dayStartsAt": "00:00",
            "zoneData": "2026f"
          }
        ]
      }
    }
  },
  "readBalance": {
    "200": {
      "usual": {
        "merchantId": "corner-shop",
        "currency": "BRL",
        "balance": 1000,
        "exact": true,
        "closedThrough": null,
        "openDays": [
          "2026-11-20"
        ],
        "asOf": "2026-11-20T15:00:00.500Z",
        "appliedThrough": "2026-11-20T15:00:00.100Z"
      }
    }
  },
  "readPeriod": {
    "200": {
      "usual": {
        "data": [
          {
            "businessDay": "2026-11-19",
            "status": "open",
            "version": 0,
            "segment": 0,
            "opening": 0,
            "credits": 0,
            "debits": 0,
            "entryCount": 0,
            "net": 0,
            "closing": 0,
            "exact": true
          },
          {
            "businessDay": "2026-11-20",
            "status": "open",
            "version": 0,
            "segment": 2,
            "opening": 0,
            "credits": 1250,
            "debits": 250,
            "entryCount": 2,
            "net": 1000,
            "closing": 1000,
            "exact": true
          }
        ],
        "totals": {
          "opening": 0,
          "credits": 1250,
          "debits": 250,
          "entryCount": 2,
          "net": 1000,
          "closing": 1000,
          "exact": true
        },
        "nextCursor": null
      }
    }
  },
  "readDay": {
    "200": {
      "usual": {
        "merchantId": "corner-shop",
        "businessDay": "2026-11-20",
        "currency": "BRL",
        "timeZone": "America/Sao_Paulo",
        "zoneData": "2026f",
        "status": "open",
        "version": 0,
        "segment": 2,
        "opening": 0,
        "credits": 1250,
        "debits": 250,
        "entryCount": 2,
        "net": 1000,
        "closing": 1000,
        "byMethod": {
          "cash": {
            "credits": 0,
            "debits": 250,
            "entryCount": 1
          },
          "pix": {
            "credits": 1250,
            "debits": 0,
            "entryCount": 1
          }
        },
        "windows": [
          {
            "start": "2026-11-20T03:00:00.000Z",
            "end": "2026-11-20T04:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T04:00:00.000Z",
            "end": "2026-11-20T05:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T05:00:00.000Z",
            "end": "2026-11-20T06:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T06:00:00.000Z",
            "end": "2026-11-20T07:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T07:00:00.000Z",
            "end": "2026-11-20T08:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T08:00:00.000Z",
            "end": "2026-11-20T09:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T09:00:00.000Z",
            "end": "2026-11-20T10:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T10:00:00.000Z",
            "end": "2026-11-20T11:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T11:00:00.000Z",
            "end": "2026-11-20T12:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T12:00:00.000Z",
            "end": "2026-11-20T13:00:00.000Z",
            "credits": 1250,
            "debits": 0,
            "entryCount": 1
          },
          {
            "start": "2026-11-20T13:00:00.000Z",
            "end": "2026-11-20T14:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T14:00:00.000Z",
            "end": "2026-11-20T15:00:00.000Z",
            "credits": 0,
            "debits": 250,
            "entryCount": 1
          },
          {
            "start": "2026-11-20T15:00:00.000Z",
            "end": "2026-11-20T16:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T16:00:00.000Z",
            "end": "2026-11-20T17:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T17:00:00.000Z",
            "end": "2026-11-20T18:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T18:00:00.000Z",
            "end": "2026-11-20T19:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T19:00:00.000Z",
            "end": "2026-11-20T20:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T20:00:00.000Z",
            "end": "2026-11-20T21:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T21:00:00.000Z",
            "end": "2026-11-20T22:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T22:00:00.000Z",
            "end": "2026-11-20T23:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T23:00:00.000Z",
            "end": "2026-11-21T00:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-21T00:00:00.000Z",
            "end": "2026-11-21T01:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-21T01:00:00.000Z",
            "end": "2026-11-21T02:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-21T02:00:00.000Z",
            "end": "2026-11-21T03:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          }
        ],
        "lateEntries": 0,
        "hash": "8ad4130f1c49ecac9f763e22251c4ed48ab98353ad23a328acdf05b5ebdaef53",
        "digest": null,
        "exact": true,
        "startsAt": "2026-11-20T03:00:00.000Z",
        "endsAt": "2026-11-21T03:00:00.000Z",
        "asOf": "2026-11-20T15:00:00.500Z",
        "appliedThrough": "2026-11-20T15:00:00.100Z"
      }
    }
  },
  "readWindows": {
    "200": {
      "usual": {
        "merchantId": "corner-shop",
        "businessDay": "2026-11-20",
        "size": "1h",
        "windows": [
          {
            "start": "2026-11-20T03:00:00.000Z",
            "end": "2026-11-20T04:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T04:00:00.000Z",
            "end": "2026-11-20T05:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T05:00:00.000Z",
            "end": "2026-11-20T06:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T06:00:00.000Z",
            "end": "2026-11-20T07:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T07:00:00.000Z",
            "end": "2026-11-20T08:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T08:00:00.000Z",
            "end": "2026-11-20T09:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T09:00:00.000Z",
            "end": "2026-11-20T10:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T10:00:00.000Z",
            "end": "2026-11-20T11:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T11:00:00.000Z",
            "end": "2026-11-20T12:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T12:00:00.000Z",
            "end": "2026-11-20T13:00:00.000Z",
            "credits": 1250,
            "debits": 0,
            "entryCount": 1
          },
          {
            "start": "2026-11-20T13:00:00.000Z",
            "end": "2026-11-20T14:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T14:00:00.000Z",
            "end": "2026-11-20T15:00:00.000Z",
            "credits": 0,
            "debits": 250,
            "entryCount": 1
          },
          {
            "start": "2026-11-20T15:00:00.000Z",
            "end": "2026-11-20T16:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T16:00:00.000Z",
            "end": "2026-11-20T17:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T17:00:00.000Z",
            "end": "2026-11-20T18:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T18:00:00.000Z",
            "end": "2026-11-20T19:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T19:00:00.000Z",
            "end": "2026-11-20T20:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T20:00:00.000Z",
            "end": "2026-11-20T21:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T21:00:00.000Z",
            "end": "2026-11-20T22:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T22:00:00.000Z",
            "end": "2026-11-20T23:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-20T23:00:00.000Z",
            "end": "2026-11-21T00:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-21T00:00:00.000Z",
            "end": "2026-11-21T01:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-21T01:00:00.000Z",
            "end": "2026-11-21T02:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          },
          {
            "start": "2026-11-21T02:00:00.000Z",
            "end": "2026-11-21T03:00:00.000Z",
            "credits": 0,
            "debits": 0,
            "entryCount": 0
          }
        ]
      }
    }
  },
  "listEntries": {
    "200": {
      "usual": {
        "data": [
          {
            "merchantId": "corner-shop",
            "businessDay": "2026-11-20",
            "entryId": "sale-0001",
            "direction": "credit",
            "currency": "BRL",
            "method": "pix",
            "amount": 1250,
            "occurredAt": "2026-11-20T12:30:00.000Z",
            "receivedAt": "2026-11-20T15:00:00.000Z",
            "segment": 1
          },
          {
            "merchantId": "corner-shop",
            "businessDay": "2026-11-20",
            "entryId": "refund-0001",
            "direction": "debit",
            "currency": "BRL",
            "method": "cash",
            "category": "refunds",
            "description": "A cracked cup",
            "reference": "receipt 4711",
            "terminalId": "till-1",
            "terminalSeq": 17,
            "metadata": {
              "cashier": "7"
            },
            "amount": 250,
            "occurredAt": "2026-11-20T14:05:00.000Z",
            "receivedAt": "2026-11-20T15:00:00.000Z",
            "segment": 2
          }
        ],
        "nextCursor": null
      }
    }
  },
  "readEntry": {
    "200": {
      "usual": {
        "status": "applied",
        "entry": {
          "merchantId": "corner-shop",
          "businessDay": "2026-11-20",
          "entryId": "sale-0001",
          "direction": "credit",
          "currency": "BRL",
          "method": "pix",
          "amount": 1250,
          "occurredAt": "2026-11-20T12:30:00.000Z",
          "receivedAt": "2026-11-20T15:00:00.000Z"
        },
        "segment": 1,
        "hash": "b09f14c689074d73e552cc7dad3e5e008befad5a93d0dce234f353b46523f92d",
        "conflicts": [
          {
            "quarantineId": "WyJjb3JuZXItc2hvcCIsIjIwMjYtMTEtMjAjc2FsZS0wMDAxI2E1ZjA3N2NlYmFhMDBkZWMwMTE4MzU4YzI2ZDBmZTk3MzVhYWI2ZWE5ODdmZmE4ZDA2M2Q0ZTY2ZDc5MzM5YTAiXQ",
            "setAsideAt": "2026-11-20T15:00:00.200Z",
            "status": "waiting"
          }
        ]
      }
    }
  },
  "listQuarantine": {
    "200": {
      "usual": {
        "data": [
          {
            "quarantineId": "WyJjb3JuZXItc2hvcCIsIjIwMjYtMTEtMjAjc2FsZS0wMDAxI2E1ZjA3N2NlYmFhMDBkZWMwMTE4MzU4YzI2ZDBmZTk3MzVhYWI2ZWE5ODdmZmE4ZDA2M2Q0ZTY2ZDc5MzM5YTAiXQ",
            "merchantId": "corner-shop",
            "entryId": "sale-0001",
            "businessDay": "2026-11-20",
            "reason": "content-conflict",
            "detail": "The book already holds this entryId with other content.",
            "status": "waiting",
            "setAsideAt": "2026-11-20T15:00:00.200Z",
            "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQy.0",
            "entry": {
              "entryId": "sale-0001",
              "merchantId": "corner-shop",
              "direction": "credit",
              "currency": "BRL",
              "businessDay": "2026-11-20",
              "method": "pix",
              "amount": 1300,
              "occurredAt": "2026-11-20T12:30:00.000Z",
              "receivedAt": "2026-11-20T15:00:00.000Z"
            },
            "raw": "eyJlbnRyeSI6eyJhbW91bnQiOjEzMDAsImN1cnJlbmN5IjoiQlJMIiwiZGlyZWN0aW9uIjoiY3JlZGl0IiwiZW50cnlJZCI6InNhbGUtMDAwMSIsIm1lcmNoYW50SWQiOiJjb3JuZXItc2hvcCIsIm1ldGhvZCI6InBpeCIsIm9jY3VycmVkQXQiOjE3OTUxNzc4MDAwMDB9LCJidXNpbmVzc0RheSI6IjIwMjYtMTEtMjAiLCJyZWNlaXZlZEF0IjoxNzk1MTg2ODAwMDAwfQ==",
            "actions": []
          }
        ],
        "nextCursor": null
      }
    }
  },
  "readQuarantined": {
    "200": {
      "waiting": {
        "quarantineId": "WyJjb3JuZXItc2hvcCIsIjIwMjYtMTEtMjAjc2FsZS0wMDAxI2E1ZjA3N2NlYmFhMDBkZWMwMTE4MzU4YzI2ZDBmZTk3MzVhYWI2ZWE5ODdmZmE4ZDA2M2Q0ZTY2ZDc5MzM5YTAiXQ",
        "merchantId": "corner-shop",
        "entryId": "sale-0001",
        "businessDay": "2026-11-20",
        "reason": "content-conflict",
        "detail": "The book already holds this entryId with other content.",
        "status": "waiting",
        "setAsideAt": "2026-11-20T15:00:00.200Z",
        "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQy.0",
        "entry": {
          "entryId": "sale-0001",
          "merchantId": "corner-shop",
          "direction": "credit",
          "currency": "BRL",
          "businessDay": "2026-11-20",
          "method": "pix",
          "amount": 1300,
          "occurredAt": "2026-11-20T12:30:00.000Z",
          "receivedAt": "2026-11-20T15:00:00.000Z"
        },
        "raw": "eyJlbnRyeSI6eyJhbW91bnQiOjEzMDAsImN1cnJlbmN5IjoiQlJMIiwiZGlyZWN0aW9uIjoiY3JlZGl0IiwiZW50cnlJZCI6InNhbGUtMDAwMSIsIm1lcmNoYW50SWQiOiJjb3JuZXItc2hvcCIsIm1ldGhvZCI6InBpeCIsIm9jY3VycmVkQXQiOjE3OTUxNzc4MDAwMDB9LCJidXNpbmVzc0RheSI6IjIwMjYtMTEtMjAiLCJyZWNlaXZlZEF0IjoxNzk1MTg2ODAwMDAwfQ==",
        "actions": []
      },
      "replayed": {
        "quarantineId": "WyJjb3JuZXItc2hvcCIsIjIwMjYtMTEtMjAjc2FsZS0wMDAxI2E1ZjA3N2NlYmFhMDBkZWMwMTE4MzU4YzI2ZDBmZTk3MzVhYWI2ZWE5ODdmZmE4ZDA2M2Q0ZTY2ZDc5MzM5YTAiXQ",
        "merchantId": "corner-shop",
        "entryId": "sale-0001",
        "businessDay": "2026-11-20",
        "reason": "content-conflict",
        "detail": "The book already holds this entryId with other content.",
        "status": "replayed",
        "setAsideAt": "2026-11-20T15:00:00.200Z",
        "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQy.0",
        "entry": {
          "entryId": "sale-0001",
          "merchantId": "corner-shop",
          "direction": "credit",
          "currency": "BRL",
          "businessDay": "2026-11-20",
          "method": "pix",
          "amount": 1300,
          "occurredAt": "2026-11-20T12:30:00.000Z",
          "receivedAt": "2026-11-20T15:00:00.000Z"
        },
        "raw": "eyJlbnRyeSI6eyJhbW91bnQiOjEzMDAsImN1cnJlbmN5IjoiQlJMIiwiZGlyZWN0aW9uIjoiY3JlZGl0IiwiZW50cnlJZCI6InNhbGUtMDAwMSIsIm1lcmNoYW50SWQiOiJjb3JuZXItc2hvcCIsIm1ldGhvZCI6InBpeCIsIm9jY3VycmVkQXQiOjE3OTUxNzc4MDAwMDB9LCJidXNpbmVzc0RheSI6IjIwMjYtMTEtMjAiLCJyZWNlaXZlZEF0IjoxNzk1MTg2ODAwMDAwfQ==",
        "replayedAs": {
          "entry": {
            "entryId": "sale-0001-b",
            "merchantId": "corner-shop",
            "direction": "credit",
            "currency": "BRL",
            "method": "pix",
            "businessDay": "2026-11-20",
            "amount": 1300,
            "occurredAt": "2026-11-20T12:30:00.000Z",
            "receivedAt": "2026-11-20T15:00:00.000Z"
          },
          "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQ0.0"
        },
        "actions": [
          {
            "action": "replay-begun",
            "by": "ana",
            "from": "unknown",
            "at": "2026-11-20T15:00:00.000Z",
            "entry": {
              "entryId": "sale-0001-b",
              "merchantId": "corner-shop",
              "direction": "credit",
              "currency": "BRL",
              "method": "pix",
              "businessDay": "2026-11-20",
              "amount": 1300,
              "occurredAt": "2026-11-20T12:30:00.000Z",
              "receivedAt": "2026-11-20T15:00:00.000Z"
            }
          },
          {
            "action": "replayed",
            "by": "ana",
            "from": "unknown",
            "at": "2026-11-20T15:00:00.000Z",
            "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQ0.0"
          }
        ]
      }
    }
  },
  "followDays": {
    "200": {
      "usual": "retry: 2000\n\nevent: day\nid: 2026-11-20.2.bOMYFvyYC2oNdfuI\ndata: {\"merchantId\":\"corner-shop\",\"businessDay\":\"2026-11-20\",\"currency\":\"BRL\",\"timeZone\":\"America/Sao_Paulo\",\"zoneData\":\"2026f\",\"status\":\"open\",\"version\":0,\"segment\":2,\"opening\":0,\"credits\":1250,\"debits\":250,\"entryCount\":2,\"net\":1000,\"closing\":1000,\"byMethod\":{\"cash\":{\"credits\":0,\"debits\":250,\"entryCount\":1},\"pix\":{\"credits\":1250,\"debits\":0,\"entryCount\":1}},\"windows\":[{\"start\":\"2026-11-20T03:00:00.000Z\",\"end\":\"2026-11-20T04:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T04:00:00.000Z\",\"end\":\"2026-11-20T05:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T05:00:00.000Z\",\"end\":\"2026-11-20T06:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T06:00:00.000Z\",\"end\":\"2026-11-20T07:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T07:00:00.000Z\",\"end\":\"2026-11-20T08:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T08:00:00.000Z\",\"end\":\"2026-11-20T09:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T09:00:00.000Z\",\"end\":\"2026-11-20T10:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T10:00:00.000Z\",\"end\":\"2026-11-20T11:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T11:00:00.000Z\",\"end\":\"2026-11-20T12:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T12:00:00.000Z\",\"end\":\"2026-11-20T13:00:00.000Z\",\"credits\":1250,\"debits\":0,\"entryCount\":1},{\"start\":\"2026-11-20T13:00:00.000Z\",\"end\":\"2026-11-20T14:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T14:00:00.000Z\",\"end\":\"2026-11-20T15:00:00.000Z\",\"credits\":0,\"debits\":250,\"entryCount\":1},{\"start\":\"2026-11-20T15:00:00.000Z\",\"end\":\"2026-11-20T16:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T16:00:00.000Z\",\"end\":\"2026-11-20T17:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T17:00:00.000Z\",\"end\":\"2026-11-20T18:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T18:00:00.000Z\",\"end\":\"2026-11-20T19:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T19:00:00.000Z\",\"end\":\"2026-11-20T20:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T20:00:00.000Z\",\"end\":\"2026-11-20T21:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T21:00:00.000Z\",\"end\":\"2026-11-20T22:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T22:00:00.000Z\",\"end\":\"2026-11-20T23:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-20T23:00:00.000Z\",\"end\":\"2026-11-21T00:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-21T00:00:00.000Z\",\"end\":\"2026-11-21T01:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-21T01:00:00.000Z\",\"end\":\"2026-11-21T02:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0},{\"start\":\"2026-11-21T02:00:00.000Z\",\"end\":\"2026-11-21T03:00:00.000Z\",\"credits\":0,\"debits\":0,\"entryCount\":0}],\"lateEntries\":0,\"hash\":\"8ad4130f1c49ecac9f763e22251c4ed48ab98353ad23a328acdf05b5ebdaef53\",\"digest\":null,\"exact\":true,\"startsAt\":\"2026-11-20T03:00:00.000Z\",\"endsAt\":\"2026-11-21T03:00:00.000Z\",\"asOf\":\"2026-11-20T15:00:00.500Z\",\"appliedThrough\":\"2026-11-20T15:00:00.100Z\"}\n\n"
    }
  }
}
