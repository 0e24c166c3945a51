# Every library we stand on, as an imported target. All are Debian packages; scripts/setup installs them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
foreach(pair "CURL=libcurl" "XML2=libxml-2.0" "YAJL=yajl" "ARCHIVE=libarchive" "CRYPTO=libcrypto" "TLS=libssl"
             "SQLITE=sqlite3" "FYAML=libfyaml" "PCRE2=libpcre2-8" "MHD=libmicrohttpd" "ZLIB=zlib" "ZSTD=libzstd" "XXHASH=libxxhash")
  string(REPLACE "=" ";" pair "${pair}")
  list(GET pair 0 name)
  list(GET pair 1 module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
endforeach()

# These three ship no pkg-config file.
foreach(pair "csv=csv.h" "zxcvbn=zxcvbn.h" "unistring=uninorm.h")
  string(REPLACE "=" ";" pair "${pair}")
  list(GET pair 0 name)
  list(GET pair 1 header)
  find_library(LIB_${name} NAMES ${name} REQUIRED)
  find_path(INC_${name} NAMES ${header} REQUIRED)
  add_library(ext_${name} UNKNOWN IMPORTED)
  set_target_properties(ext_${name} PROPERTIES IMPORTED_LOCATION "${LIB_${name}}"
                        INTERFACE_INCLUDE_DIRECTORIES "${INC_${name}}")
endforeach()
