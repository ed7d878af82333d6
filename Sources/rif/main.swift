print("rif")
