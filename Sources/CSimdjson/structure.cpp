#include "structure.h"
#include <simdjson.h>
