"""Sources besides the corporate register: gBizINFO, and the port of the 法人ベース・レジストリ."""
